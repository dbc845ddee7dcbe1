"""Models on Azure AI Foundry."""
