metadata description = 'Lets the app send its log lines and metrics, without a key.'

param componentName string
param appPrincipalId string

var publisher = loadJsonContent('../roles.json')['Monitoring Metrics Publisher']

resource component 'Microsoft.Insights/components@2020-02-02' existing = {
  name: componentName
}

resource maySend 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(component.id, appPrincipalId, publisher)
  scope: component
  properties: {
    principalId: appPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', publisher)
  }
}
