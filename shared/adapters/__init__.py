"""The adapters: the only modules that speak to Azure. Each turns the SDK's exceptions into ours."""
