metadata description = 'The events of the storage account. An account has one topic; one that is there already is given an identity, too.'

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
