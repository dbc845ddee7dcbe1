metadata description = 'What one principal may do with a storage account, or with single containers and queues in it.'

import { grant } from 'types.bicep'

param accountName string
param principalId string

@description('Empty where that is not known: Azure then looks it up, which fails for a principal made seconds ago.')
@allowed(['ServicePrincipal', ''])
param principalType string
param grants grant[]

var typed = empty(principalType) ? {} : { principalType: principalType }
var onAccount = filter(grants, each => !contains(each, 'container') && !contains(each, 'queue'))
var onContainers = filter(grants, each => contains(each, 'container'))
var onQueues = filter(grants, each => contains(each, 'queue'))

resource account 'Microsoft.Storage/storageAccounts@2025-06-01' existing = {
  name: accountName

  resource blobs 'blobServices' existing = {
    name: 'default'
  }

  resource queues 'queueServices' existing = {
    name: 'default'
  }
}

resource container 'Microsoft.Storage/storageAccounts/blobServices/containers@2025-06-01' existing = [
  for each in onContainers: {
    parent: account::blobs
    name: each.container!
  }
]

resource queue 'Microsoft.Storage/storageAccounts/queueServices/queues@2025-06-01' existing = [
  for each in onQueues: {
    parent: account::queues
    name: each.queue!
  }
]

// A name holds the principal: Azure neither changes an assignment to another principal, nor removes one with its principal.
resource accountRoles 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for each in onAccount: {
    name: guid(account.id, principalId, each.role)
    scope: account
    properties: {
      principalId: principalId
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', each.role)
      ...typed
    }
  }
]

resource containerRoles 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for (each, place) in onContainers: {
    name: guid(container[place].id, principalId, each.role)
    scope: container[place]
    properties: {
      principalId: principalId
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', each.role)
      ...typed
    }
  }
]

resource queueRoles 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for (each, place) in onQueues: {
    name: guid(queue[place].id, principalId, each.role)
    scope: queue[place]
    properties: {
      principalId: principalId
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', each.role)
      ...typed
    }
  }
]
