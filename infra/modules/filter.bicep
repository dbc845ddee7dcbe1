metadata description = 'Which events of the storage account say that a file has landed, whole, in the input container; and how they are delivered.'

@export()
func landed(inputContainer string) object => {
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

@export()
var retried = {
  maxDeliveryAttempts: 30
  eventTimeToLiveInMinutes: 1440
}

@export()
@description('Where an event goes that was refused, or could not be delivered for a day. The topic writes it as itself.')
func deadLetters(storageId string, container string) object => {
  identity: {
    type: 'SystemAssigned'
  }
  deadLetterDestination: {
    endpointType: 'StorageBlob'
    properties: {
      resourceId: storageId
      blobContainerName: container
    }
  }
}
