metadata description = 'Lets the app hear of files by its webhook. Deployed after the code, whose key exists only then (scripts/connect_events.py).'

import { landed, retried, deadLetters } from 'modules/filter.bicep'

param functionAppName string
param systemTopicName string
param storageAccountName string
param inputContainer string

@description('The function, as function_app.py names it: to another name the host answers 202, and the event is gone.')
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
    filter: landed(inputContainer)
    retryPolicy: retried
    deadLetterWithResourceIdentity: deadLetters(storage.id, deadLetterContainer)
  }
}
