metadata description = 'Every role that anybody has, in one table. README.md says why each.'

param mediaAccountName string
param hostAccountName string
param componentName string

@description('The account of the models; empty where that is not in this resource group (model_role.bicep).')
param modelAccountName string
param inputContainer string
param outputContainer string
param stateContainer string
param deadLetterContainer string
param appPrincipalId string
param topicPrincipalId string

@description('Who drops files, reads documents and redrives; empty: nobody gets a role for that.')
param operatorPrincipalId string

@allowed(['User', 'Group', 'ServicePrincipal'])
param operatorPrincipalType string

var role = loadJsonContent('../roles.json')

var everybody = [
  { who: 'app', role: role['Storage Blob Data Owner'], on: 'host' }
  { who: 'app', role: role['Storage Queue Data Contributor'], on: 'host' }
  { who: 'app', role: role['Storage Blob Data Reader'], on: inputContainer }
  { who: 'app', role: role['Storage Blob Data Contributor'], on: outputContainer }
  { who: 'app', role: role['Storage Blob Data Contributor'], on: stateContainer }
  { who: 'app', role: role['Storage Blob Delegator'], on: 'media' }
  { who: 'app', role: role['Storage Queue Data Contributor'], on: 'media' }
  { who: 'app', role: role['Monitoring Metrics Publisher'], on: 'component' }
  { who: 'app', role: role['Cognitive Services User'], on: 'models' }
  { who: 'topic', role: role['Storage Blob Data Contributor'], on: deadLetterContainer }
  { who: 'operator', role: role['Storage Blob Data Contributor'], on: inputContainer }
  { who: 'operator', role: role['Storage Blob Data Contributor'], on: outputContainer }
  { who: 'operator', role: role['Storage Queue Data Contributor'], on: 'media' }
]
var table = filter(everybody, each => each.who != 'operator' || !empty(operatorPrincipalId))

var principals = {
  app: { id: appPrincipalId, type: 'ServicePrincipal' }
  topic: { id: topicPrincipalId, type: 'ServicePrincipal' }
  operator: { id: operatorPrincipalId, type: operatorPrincipalType }
}

// Names that are known before anything is deployed, so that a preview can show each role.
var names = { app: 'app', topic: 'topic', operator: operatorPrincipalId }

var onHost = filter(table, each => each.on == 'host')
var onMedia = filter(table, each => each.on == 'media')
var onComponent = filter(table, each => each.on == 'component')
var onModels = empty(modelAccountName) ? [] : filter(table, each => each.on == 'models')
var onContainers = filter(
  table,
  each => contains([inputContainer, outputContainer, stateContainer, deadLetterContainer], each.on)
)

resource media 'Microsoft.Storage/storageAccounts@2025-06-01' existing = {
  name: mediaAccountName

  resource blobs 'blobServices' existing = {
    name: 'default'
  }
}

resource container 'Microsoft.Storage/storageAccounts/blobServices/containers@2025-06-01' existing = [
  for each in onContainers: {
    parent: media::blobs
    name: each.on
  }
]

resource host 'Microsoft.Storage/storageAccounts@2025-06-01' existing = {
  name: hostAccountName
}

resource component 'Microsoft.Insights/components@2020-02-02' existing = {
  name: componentName
}

resource models 'Microsoft.CognitiveServices/accounts@2025-06-01' existing = if (!empty(modelAccountName)) {
  name: modelAccountName
}

resource containerRoles 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for (each, place) in onContainers: {
    name: guid(container[place].id, names[each.who], each.role)
    scope: container[place]
    properties: {
      principalId: principals[each.who].id
      principalType: principals[each.who].type
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', each.role)
    }
  }
]

resource mediaRoles 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for each in onMedia: {
    name: guid(media.id, names[each.who], each.role)
    scope: media
    properties: {
      principalId: principals[each.who].id
      principalType: principals[each.who].type
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', each.role)
    }
  }
]

resource hostRoles 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for each in onHost: {
    name: guid(host.id, names[each.who], each.role)
    scope: host
    properties: {
      principalId: principals[each.who].id
      principalType: principals[each.who].type
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', each.role)
    }
  }
]

resource componentRoles 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for each in onComponent: {
    name: guid(component.id, names[each.who], each.role)
    scope: component
    properties: {
      principalId: principals[each.who].id
      principalType: principals[each.who].type
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', each.role)
    }
  }
]

resource modelRoles 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for each in onModels: {
    name: guid(models.id, names[each.who], each.role)
    scope: models
    properties: {
      principalId: principals[each.who].id
      principalType: principals[each.who].type
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', each.role)
    }
  }
]
