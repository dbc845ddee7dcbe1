metadata description = 'Lets the app use the models of an account, in whichever resource group that is.'

param accountName string
param appPrincipalId string

var user = loadJsonContent('../roles.json')['Cognitive Services User']

resource account 'Microsoft.CognitiveServices/accounts@2025-06-01' existing = {
  name: accountName
}

resource mayUse 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(account.id, appPrincipalId, user)
  scope: account
  properties: {
    principalId: appPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', user)
  }
}
