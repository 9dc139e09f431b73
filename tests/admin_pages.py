"""Admin pages, as tests fill them in."""


def form_of(response) -> dict[str, object]:
    """Return the fields of an admin page and its inlines, as the browser would send them back."""
    adminform = response.context["adminform"].form
    forms = [adminform]
    data: dict[str, object] = {}
    for inline in response.context["inline_admin_formsets"]:
        forms += [inline.formset.management_form, *inline.formset.initial_forms]
    for form in forms:
        for name in form.fields:
            value = form[name].value()
            if value is not None and value is not False:
                data[form.add_prefix(name)] = value
    return data
