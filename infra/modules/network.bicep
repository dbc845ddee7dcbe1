metadata description = 'A network of its own, in which the app reaches storage and models by private endpoints.'

param location string
param tags object
param name string

@description('What gets a private endpoint: the id of a resource and the part of it.')
param targets target[]

@description('A part of a resource, and the DNS zones in which its private address stands.')
type target = {
  name: string
  resourceId: string
  part: 'blob' | 'queue' | 'web' | 'account'
}

var zones = [
  { part: 'blob', name: 'privatelink.blob.${environment().suffixes.storage}' }
  { part: 'queue', name: 'privatelink.queue.${environment().suffixes.storage}' }
  { part: 'web', name: 'privatelink.web.${environment().suffixes.storage}' }
  { part: 'account', name: 'privatelink.cognitiveservices.azure.com' }
  { part: 'account', name: 'privatelink.openai.azure.com' }
  { part: 'account', name: 'privatelink.services.ai.azure.com' }
]
var needed = filter(zones, zone => contains(map(targets, each => each.part), zone.part))

resource appGuard 'Microsoft.Network/networkSecurityGroups@2025-05-01' = {
  name: '${name}-app'
  location: location
  tags: tags
}

resource endpointGuard 'Microsoft.Network/networkSecurityGroups@2025-05-01' = {
  name: '${name}-endpoints'
  location: location
  tags: tags
}

resource network 'Microsoft.Network/virtualNetworks@2025-05-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    addressSpace: {
      addressPrefixes: ['10.0.0.0/24']
    }
    subnets: [
      {
        name: 'app'
        properties: {
          addressPrefix: '10.0.0.0/25'
          networkSecurityGroup: {
            id: appGuard.id
          }
          delegations: [
            {
              name: 'flex'
              properties: {
                serviceName: 'Microsoft.App/environments'
              }
            }
          ]
        }
      }
      {
        name: 'endpoints'
        properties: {
          addressPrefix: '10.0.0.128/26'
          networkSecurityGroup: {
            id: endpointGuard.id
          }
          privateEndpointNetworkPolicies: 'Enabled'
        }
      }
    ]
  }

  resource app 'subnets' existing = {
    name: 'app'
  }

  resource endpoints 'subnets' existing = {
    name: 'endpoints'
  }
}

resource zone 'Microsoft.Network/privateDnsZones@2024-06-01' = [
  for each in needed: {
    name: each.name
    location: 'global'
    tags: tags
  }
]

resource link 'Microsoft.Network/privateDnsZones/virtualNetworkLinks@2024-06-01' = [
  for (each, place) in needed: {
    parent: zone[place]
    name: name
    location: 'global'
    tags: tags
    properties: {
      registrationEnabled: false
      virtualNetwork: {
        id: network.id
      }
    }
  }
]

resource endpoint 'Microsoft.Network/privateEndpoints@2025-05-01' = [
  for each in targets: {
    name: '${name}-${each.name}'
    location: location
    tags: tags
    properties: {
      subnet: {
        id: network::endpoints.id
      }
      privateLinkServiceConnections: [
        {
          name: each.name
          properties: {
            #disable-next-line use-resource-id-functions // a parameter, which the rule does not see inside a loop
            privateLinkServiceId: each.resourceId
            groupIds: [each.part]
          }
        }
      ]
    }
  }
]

resource names 'Microsoft.Network/privateEndpoints/privateDnsZoneGroups@2025-05-01' = [
  for (each, place) in targets: {
    parent: endpoint[place]
    name: 'default'
    properties: {
      privateDnsZoneConfigs: [
        for known in filter(needed, zone => zone.part == each.part): {
          name: replace(known.name, '.', '-')
          properties: {
            privateDnsZoneId: resourceId('Microsoft.Network/privateDnsZones', known.name)
          }
        }
      ]
    }
    dependsOn: [zone]
  }
]

output appSubnetId string = network::app.id
