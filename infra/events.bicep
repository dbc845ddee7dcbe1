metadata description = 'Lets the app hear of files. Deployed after the code, whose key exists only then (scripts/connect_events.py).'

param functionAppName string
param systemTopicName string
param storageAccountName string
param inputContainer string

@description('The function, as function_app.py names it.')
param functionName string = 'answer_blob'
param deadLetterContainer string = 'events-deadletter'

resource app 'Microsoft.Web/sites@2025-03-01' existing = {
  name: functionAppName
}

resource storage 'Microsoft.Storage/storageAccounts@2025-06-01' existing = {
  name: storageAccountName
}

resource topic 'Microsoft.EventGrid/systemTopics@2025-02-15' existing = {
  name: systemTopicName
}

var key = listKeys('${app.id}/host/default', '2025-03-01').systemKeys.blobs_extension

resource files 'Microsoft.EventGrid/systemTopics/eventSubscriptions@2025-02-15' = {
  parent: topic
  name: 'files'
  properties: {
    eventDeliverySchema: 'EventGridSchema'
    destination: {
      endpointType: 'WebHook'
      properties: {
        endpointUrl: 'https://${app.properties.defaultHostName}/runtime/webhooks/blobs?functionName=Host.Functions.${functionName}&code=${key}'
        maxEventsPerBatch: 1
        minimumTlsVersionAllowed: '1.2'
      }
    }
    filter: {
      includedEventTypes: ['Microsoft.Storage.BlobCreated']
      // With the slash: without it, a container whose name only begins so would be heard too.
      subjectBeginsWith: '/blobServices/default/containers/${inputContainer}/blobs/'
      advancedFilters: [
        {
          key: 'data.api'
          operatorType: 'StringIn'
          // Each says that a blob is whole. Data Lake and SFTP tell of a file when it is opened, too.
          values: ['PutBlob', 'PutBlockList', 'CopyBlob', 'FlushWithClose', 'SftpCommit']
        }
      ]
    }
    retryPolicy: {
      maxDeliveryAttempts: 30
      eventTimeToLiveInMinutes: 1440
    }
    deadLetterWithResourceIdentity: {
      identity: {
        type: 'SystemAssigned'
      }
      deadLetterDestination: {
        endpointType: 'StorageBlob'
        properties: {
          resourceId: storage.id
          blobContainerName: deadLetterContainer
        }
      }
    }
  }
}
