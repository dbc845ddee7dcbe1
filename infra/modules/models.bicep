metadata description = 'An account for models on Azure AI Foundry, and the models deployed in it.'

import { deployment } from 'types.bicep'

param location string
param tags object
param name string
param deployments deployment[]
param isPrivate bool

resource account 'Microsoft.CognitiveServices/accounts@2025-06-01' = {
  name: name
  location: location
  tags: tags
  kind: 'AIServices'
  identity: {
    type: 'SystemAssigned'
  }
  sku: {
    name: 'S0'
  }
  properties: {
    customSubDomainName: name
    disableLocalAuth: true
    publicNetworkAccess: isPrivate ? 'Disabled' : 'Enabled'
    networkAcls: {
      defaultAction: isPrivate ? 'Deny' : 'Allow'
    }
    // A model fetches files that are sent by address (`send: url`); nobody has tried that with a list of allowed names.
    restrictOutboundNetworkAccess: false
  }
}

@batchSize(1) // the service refuses two changes of one account at the same time
resource model 'Microsoft.CognitiveServices/accounts/deployments@2025-06-01' = [
  for each in deployments: {
    parent: account
    name: each.?name ?? each.model
    sku: {
      name: each.sku
      capacity: each.capacity
    }
    properties: {
      model: {
        format: each.format
        name: each.model
        version: empty(each.version) ? null : each.version
      }
      versionUpgradeOption: 'OnceCurrentVersionExpired'
    }
  }
]

output id string = account.id
output address string = 'https://${account.properties.customSubDomainName}.services.ai.azure.com'
