using '../events.bicep'

param functionAppName = 'func-app'
param systemTopicName = 'evgt-app'
param storageAccountName = 'stmediaapp'
param inputContainer = 'input'
