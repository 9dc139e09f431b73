"""Entry point of allauth, which looks for a module of this name in every app."""

from organisation.signin.provider import Provider

provider_classes = [Provider]
