using '../main.bicep'

// By the webhook alone, with models that are there already, in another resource group; nobody but the app gets a role.
param environmentName = 'trigger'
param location = 'westeurope'
param eventDelivery = 'trigger'
param existingEndpoint = 'https://place.services.ai.azure.com/models'
param existingDeployment = 'phi-4'
param existingAccountId = '/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/rg-models/providers/Microsoft.CognitiveServices/accounts/place'
