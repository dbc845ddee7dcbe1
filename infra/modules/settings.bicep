metadata description = 'What the app is told: its own settings (README.md of the project) and those of the host (README.md here).'

import { deployment } from 'types.bicep'

param functionAppName string
param identityClientId string
param hostBlobs string
param hostQueues string
param mediaBlobs string
param mediaQueues string
param connectionString string
param inputContainer string
param outputContainer string
param stateContainer string
param completedQueue string

@description('The queue to which events are delivered; empty where none is.')
param eventsQueue string
param eventDelivery string
param dailyTokenLimit int
param dailyCostLimit string
param modelPrices string
param modelAddress string
param models deployment[]
param existingEndpoint string
param existingDeployment string
param traces bool

var forHost = {
  AzureWebJobsStorage__blobServiceUri: hostBlobs
  AzureWebJobsStorage__queueServiceUri: hostQueues
  AzureWebJobsStorage__credential: 'managedidentity'
  AzureWebJobsStorage__clientId: identityClientId
  AzureWebJobsDisableHomepage: 'true'
  APPLICATIONINSIGHTS_CONNECTION_STRING: connectionString
  APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'ClientId=${identityClientId};Authorization=AAD'
  AZURE_CLIENT_ID: identityClientId
}

var forStorage = {
  MEDIA_STORAGE__blobServiceUri: mediaBlobs
  MEDIA_STORAGE__queueServiceUri: mediaQueues
  MEDIA_STORAGE__credential: 'managedidentity'
  MEDIA_STORAGE__clientId: identityClientId
  INPUT_CONTAINER: inputContainer
  OUTPUT_CONTAINER: outputContainer
  STATE_CONTAINER: stateContainer
}

var forEvents = union(
  empty(eventsQueue) ? {} : { DROPSCRIBE_EVENTS_QUEUE: eventsQueue },
  eventDelivery == 'queue' ? { DROPSCRIBE_EVENTS_WAIT: '0' } : {} // no webhook is to be waited for
)
var forNext = empty(completedQueue) ? {} : { COMPLETED_QUEUE: completedQueue }
var forBudget = union(
  dailyTokenLimit == 0 ? {} : { DAILY_TOKENS: string(dailyTokenLimit) },
  empty(dailyCostLimit) ? {} : { DAILY_COST: dailyCostLimit },
  empty(modelPrices) ? {} : { MODEL_PRICES: modelPrices }
)

var forExisting = union(
  { AZURE_INFERENCE_ENDPOINT: existingEndpoint },
  empty(existingDeployment) ? {} : { AZURE_INFERENCE_DEPLOYMENT: existingDeployment }
)

var forDeployed = reduce(
  models,
  {},
  (settings, each) =>
    union(
      settings,
      {
        'AZURE_INFERENCE_ENDPOINT${suffix(each.alias)}': '${modelAddress}/${each.?api ?? 'models'}'
        'AZURE_INFERENCE_DEPLOYMENT${suffix(each.alias)}': each.?name ?? each.model
      },
      empty(each.?name) ? {} : { 'AZURE_INFERENCE_MODEL${suffix(each.alias)}': each.model }
    )
)

@description('What the names of a model\'s settings end in.')
func suffix(alias string) string => alias == 'default' ? '' : '_${toUpper(replace(alias, '-', '_'))}'

var forTraces = traces
  ? {
      PYTHON_APPLICATIONINSIGHTS_ENABLE_TELEMETRY: 'true'
      AzureFunctionsJobHost__telemetryMode: 'OpenTelemetry'
    }
  : {}

resource app 'Microsoft.Web/sites@2025-03-01' existing = {
  name: functionAppName
}

resource settings 'Microsoft.Web/sites/config@2025-03-01' = {
  parent: app
  name: 'appsettings'
  properties: union(
    forHost,
    forStorage,
    empty(existingEndpoint) ? forDeployed : forExisting,
    forEvents,
    forNext,
    forBudget,
    forTraces
  )
}
