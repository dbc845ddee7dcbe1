using '../main.bicep'

// Nothing can be reached from outside but the door that Event Grid knocks at.
param environmentName = 'private-network'
param location = 'eastus2'
param privateNetwork = true
param operatorPrincipalId = '11111111-1111-1111-1111-111111111111'
