"""Responsible units get a role: lead or contributing. Nobody is made lead by guess.

The through tables of `units` keep their names and rows, and get a model and a column.
"""

import django.db.models.deletion
from django.db import migrations, models

ROLE = {
    "choices": [("lead", "Huvudansvarig"), ("contributing", "Medverkande")],
    "default": "contributing",
    "max_length": 20,
    "verbose_name": "roll",
}
# Model, its relation from units, and the names in Swedish of an item and of its responsibilities.
ITEMS = [
    ("SubGoal", "sub_goals", "mål", "ansvar för mål", "ansvar för mål"),
    ("Measure", "measures", "åtgärd", "ansvar för åtgärd", "ansvar för åtgärder"),
    ("Guideline", "guidelines", "riktlinje", "ansvar för riktlinje", "ansvar för riktlinjer"),
]
NAMES_OF_CONSTRAINTS = {"SubGoal": "sub_goal", "Measure": "measure", "Guideline": "guideline"}


def through_model(name, relation, item, singular, plural):
    """Give the existing through table of `units` a model."""
    return migrations.SeparateDatabaseAndState(
        state_operations=[
            migrations.CreateModel(
                name=f"{name}Responsibility",
                fields=[
                    (
                        "id",
                        models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                    ),
                    (
                        "item",
                        models.ForeignKey(
                            db_column=f"{name.lower()}_id",
                            on_delete=django.db.models.deletion.CASCADE,
                            related_name="responsibilities",
                            to=f"programmes.{name.lower()}",
                            verbose_name=item,
                        ),
                    ),
                    (
                        "unit",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.CASCADE,
                            related_name="+",
                            to="organisation.unit",
                            verbose_name="enhet",
                        ),
                    ),
                ],
                options={
                    "verbose_name": singular,
                    "verbose_name_plural": plural,
                    "db_table": f"programmes_{name.lower()}_units",
                    "ordering": ["unit"],
                    "abstract": False,
                    "unique_together": {("item", "unit")},
                },
            ),
            migrations.AlterField(
                model_name=name.lower(),
                name="units",
                field=models.ManyToManyField(
                    blank=True,
                    related_name=relation,
                    through=f"programmes.{name}Responsibility",
                    to="organisation.unit",
                    verbose_name="ansvariga enheter",
                ),
            ),
        ]
    )


def historical_through_model(name, relation, item, singular, plural):
    """Rename the history of a through table as simple_history names it, and keep its columns."""
    model = f"Historical{name}Responsibility"
    return [
        migrations.RenameModel(f"Historical{name}_units", model),
        migrations.AlterModelOptions(model, {"verbose_name": model}),
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.RenameField(model, name.lower(), "item"),
                migrations.AlterField(
                    model,
                    "item",
                    models.ForeignKey(
                        blank=True,
                        db_column=f"{name.lower()}_id",
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=f"programmes.{name.lower()}",
                        verbose_name=item,
                    ),
                ),
                migrations.AlterField(
                    model,
                    "unit",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="organisation.unit",
                        verbose_name="enhet",
                    ),
                ),
            ]
        ),
    ]


def role_of(name):
    """Add the role, and the constraint that an item has one lead."""
    return [
        migrations.AddField(f"{name}Responsibility", "role", models.CharField(**ROLE)),
        migrations.AddField(f"Historical{name}Responsibility", "role", models.CharField(**ROLE)),
        migrations.AddConstraint(
            f"{name}Responsibility",
            models.UniqueConstraint(
                condition=models.Q(("role", "lead")),
                fields=("item",),
                name=f"{NAMES_OF_CONSTRAINTS[name]}_has_one_lead",
                violation_error_message="Det finns redan en huvudansvarig. Välj en enda enhet.",
            ),
        ),
    ]


class Migration(migrations.Migration):
    dependencies = [
        ("organisation", "0009_mejl_and_typ"),
        ("programmes", "0010_every_programme_has_a_framework"),
    ]

    operations = [
        *(through_model(*item) for item in ITEMS),
        *(operation for item in ITEMS for operation in historical_through_model(*item)),
        *(operation for name, *_ in ITEMS for operation in role_of(name)),
    ]
