metadata description = 'The events of the storage account. The subscription to them is made after the code is there (events.bicep).'

param location string
param tags object
param name string
param storageId string

resource topic 'Microsoft.EventGrid/systemTopics@2025-02-15' = {
  name: name
  location: location
  tags: tags
  identity: {
    type: 'SystemAssigned'
  }
  properties: {
    source: storageId
    topicType: 'Microsoft.Storage.StorageAccounts'
  }
}

output id string = topic.id
output principalId string = topic.identity.principalId
