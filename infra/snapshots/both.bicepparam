using '../main.bicep'

// What `azd up` makes of nothing but a name and a place.
param environmentName = 'app'
param location = 'eastus2'
param operatorPrincipalId = '11111111-1111-1111-1111-111111111111'
