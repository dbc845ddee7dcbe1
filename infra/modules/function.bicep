metadata description = 'The function app, on Flex Consumption.'

import { delivery } from 'types.bicep'

param location string
param tags object
param name string
param planName string
param identityId string

@description('The blob container into which the code is put.')
param packageContainer string

@allowed([512, 2048, 4096])
param instanceMemoryMB int
param maximumInstanceCount int

@description('Instances that wait for work, of each group that the first event needs.')
param alwaysReadyInstances int

@description('Whether the app speaks from a subnet, and nobody may come in but Event Grid where it delivers to a webhook.')
param isPrivate bool

@description('How the app hears of files.')
param eventDelivery delivery
param subnetId string

resource plan 'Microsoft.Web/serverfarms@2025-03-01' = {
  name: planName
  location: location
  tags: tags
  kind: 'functionapp'
  sku: {
    name: 'FC1'
    tier: 'FlexConsumption'
  }
  properties: {
    reserved: true // Linux
  }
}

resource app 'Microsoft.Web/sites@2025-03-01' = {
  name: name
  location: location
  tags: union(tags, { 'azd-service-name': 'app' })
  kind: 'functionapp,linux'
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: {
      '${identityId}': {}
    }
  }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    clientAffinityEnabled: false
    publicNetworkAccess: 'Enabled' // Event Grid comes from outside, and brings a key; so does the code, with a token
    virtualNetworkSubnetId: isPrivate ? subnetId : null
    siteConfig: {
      minTlsVersion: '1.2'
      scmMinTlsVersion: '1.2'
      http20Enabled: true
      remoteDebuggingEnabled: false
      ipSecurityRestrictionsDefaultAction: isPrivate ? 'Deny' : 'Allow'
      ipSecurityRestrictions: isPrivate && eventDelivery != 'queue' ? [fromEventGrid] : []
      scmIpSecurityRestrictionsUseMain: false // code is deployed from wherever azd runs, with an Entra ID token
    }
    functionAppConfig: {
      deployment: {
        storage: {
          type: 'blobContainer'
          value: packageContainer
          authentication: {
            type: 'UserAssignedIdentity'
            userAssignedIdentityResourceId: identityId
          }
        }
      }
      runtime: {
        name: 'python'
        version: '3.13'
      }
      scaleAndConcurrency: {
        instanceMemoryMB: instanceMemoryMB
        maximumInstanceCount: maximumInstanceCount
        alwaysReady: map(
          alwaysReadyInstances > 0 ? readyGroups : [],
          group => { name: group, instanceCount: alwaysReadyInstances }
        )
      }
    }
  }
}

// The webhook is answered by `http`, what it queues by `blob`; another queue's function is a group of its own.
var readyGroups = eventDelivery == 'queue' ? ['function:answer_event'] : ['http', 'blob']

var fromEventGrid = {
  name: 'Event Grid'
  action: 'Allow'
  priority: 100
  tag: 'ServiceTag'
  ipAddress: 'AzureEventGrid'
}

resource noScmPassword 'Microsoft.Web/sites/basicPublishingCredentialsPolicies@2025-03-01' = {
  parent: app
  name: 'scm'
  #disable-next-line BCP187 // the type lacks it, but without it the service may find fault with it (Azure/bicep-types-az#1526)
  location: location
  properties: {
    allow: false
  }
}
