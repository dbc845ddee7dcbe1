"""Models on Azure AI Foundry."""

from shared.adapters.foundry.client import FoundryModel
