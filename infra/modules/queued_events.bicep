metadata description = 'Delivers the events of files to a storage queue, as the topic itself: no key, no webhook, no hook script.'

import { landed, retried, deadLetters } from 'filter.bicep'

param topicName string
param storageId string
param queueName string
param inputContainer string
param deadLetterContainer string

resource topic 'Microsoft.EventGrid/systemTopics@2025-02-15' existing = {
  name: topicName
}

resource queued 'Microsoft.EventGrid/systemTopics/eventSubscriptions@2025-02-15' = {
  parent: topic
  name: 'queued-files'
  properties: {
    eventDeliverySchema: 'EventGridSchema'
    deliveryWithResourceIdentity: {
      identity: {
        type: 'SystemAssigned'
      }
      destination: {
        endpointType: 'StorageQueue'
        properties: {
          resourceId: storageId
          queueName: queueName
          queueMessageTimeToLiveInSeconds: 7 * 24 * 60 * 60 // later the reconciler has long found the file
        }
      }
    }
    filter: landed(inputContainer)
    retryPolicy: retried
    deadLetterWithResourceIdentity: deadLetters(storageId, deadLetterContainer)
  }
}
