using '../main.bicep'

// By the queue alone, in a private network: nothing can be reached from outside. Day two of `private_network`: without budget
// and mail.
param environmentName = 'private'
param location = 'eastus2'
param eventDelivery = 'queue'
param privateNetwork = true
param operatorPrincipalId = '11111111-1111-1111-1111-111111111111'
param alwaysReadyInstances = 1
