metadata description = 'A storage account without keys: reached with Entra ID only.'

param location string
param tags object
param name string

@description('The containers to make.')
param containers string[]

@description('The queues to make; others the app makes itself.')
param queues string[] = []

@description('How storage is copied: three zones, or one.')
@allowed(['Standard_ZRS', 'Standard_LRS'])
param sku string

@description('What is deleted, and how many days after it was last changed.')
param expiries expiry[] = []

@description('Days for which what was deleted can be brought back; 0 to delete at once.')
param recoverDays int = 0

@description('Whether only private endpoints lead here.')
param isPrivate bool

@description('Public addresses, or ranges of them, that may come in all the same.')
param allowedIpRanges string[] = []

@description('Whether the page that the account itself serves may speak to its blobs and queues, with the rights of who looks.')
param servesPage bool = false

@description('A container whose blobs are deleted so many days after they were last changed.')
type expiry = {
  container: string
  days: int
}

resource account 'Microsoft.Storage/storageAccounts@2025-06-01' = {
  name: name
  location: location
  tags: tags
  kind: 'StorageV2'
  sku: {
    name: sku
  }
  properties: {
    accessTier: 'Hot'
    allowBlobPublicAccess: false
    allowCrossTenantReplication: false
    allowSharedKeyAccess: false
    defaultToOAuthAuthentication: true
    minimumTlsVersion: 'TLS1_2'
    supportsHttpsTrafficOnly: true
    publicNetworkAccess: isPrivate && empty(allowedIpRanges) ? 'Disabled' : 'Enabled'
    networkAcls: {
      // Event Grid writes into a queue here, and undelivered events, also where nobody else comes in from outside: services
      // that Azure trusts pass although public access is disabled, each with its own identity and role.
      bypass: 'AzureServices'
      defaultAction: isPrivate ? 'Deny' : 'Allow'
      ipRules: [for range in allowedIpRanges: { value: range, action: 'Allow' }]
    }
    sasPolicy: {
      sasExpirationPeriod: '0.01:00:00'
      expirationAction: 'Log'
    }
  }
}

// What a browser lets pages of other addresses do here: nothing, but for the account's own page. It must be said also where
// there is none: a rule of an earlier deployment would stay.
var origin = join(take(split(account.properties.primaryEndpoints.web, '/'), 3), '/')
func rules(origin string, methods string[]) object[] => [
  {
    allowedOrigins: [origin]
    allowedMethods: methods
    allowedHeaders: ['*']
    exposedHeaders: ['*']
    maxAgeInSeconds: 3600
  }
]

resource blobs 'Microsoft.Storage/storageAccounts/blobServices@2025-06-01' = {
  parent: account
  name: 'default'
  properties: {
    deleteRetentionPolicy: recoverDays > 0 ? { enabled: true, days: recoverDays } : { enabled: false }
    containerDeleteRetentionPolicy: recoverDays > 0 ? { enabled: true, days: recoverDays } : { enabled: false }
    cors: {
      corsRules: servesPage ? rules(origin, ['GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS']) : []
    }
  }
}

resource container 'Microsoft.Storage/storageAccounts/blobServices/containers@2025-06-01' = [
  for each in containers: {
    parent: blobs
    name: each
    properties: {
      publicAccess: 'None'
    }
  }
]

resource queueService 'Microsoft.Storage/storageAccounts/queueServices@2025-06-01' = {
  parent: account
  name: 'default'
  properties: {
    cors: {
      corsRules: servesPage ? rules(origin, ['POST', 'OPTIONS']) : []
    }
  }
}

resource queue 'Microsoft.Storage/storageAccounts/queueServices/queues@2025-06-01' = [
  for each in queues: {
    parent: queueService
    name: each
  }
]

resource lifecycle 'Microsoft.Storage/storageAccounts/managementPolicies@2025-06-01' = if (!empty(expiries)) {
  parent: account
  name: 'default'
  properties: {
    policy: {
      rules: [
        for each in expiries: {
          name: 'expire-${each.container}'
          enabled: true
          type: 'Lifecycle'
          definition: {
            filters: {
              blobTypes: ['blockBlob']
              // With the slash: without it, a container whose name only begins so would be emptied too.
              prefixMatch: ['${each.container}/']
            }
            actions: {
              baseBlob: {
                delete: {
                  daysAfterModificationGreaterThan: each.days
                }
              }
            }
          }
        }
      ]
    }
  }
  dependsOn: [container]
}

output id string = account.id
output blobs string = account.properties.primaryEndpoints.blob
output queues string = account.properties.primaryEndpoints.queue
output page string = account.properties.primaryEndpoints.web
