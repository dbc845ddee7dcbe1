metadata description = 'Dropscribe: everything it needs, in a resource group of its own. events.bicep follows once the code is there, where a webhook is to hear of files.'

targetScope = 'subscription'

import { chosenModels, withDefault } from 'modules/catalogue.bicep'
import { delivery, deployment } from 'modules/types.bicep'

@description('Names the resource group and, hashed, everything in it.')
@minLength(1)
@maxLength(64)
param environmentName string

@description('Where everything is; the model must be offered there.')
@metadata({ azd: { type: 'location' } })
param location string

@description('The models to deploy, in an account of their own; not looked at where existingEndpoint is given.')
param models deployment[] = chosenModels({}, {})

@description('The address of models that are there already, as the setting AZURE_INFERENCE_ENDPOINT takes it.')
param existingEndpoint string = ''

@description('The deployment at that address, where the address does not name it.')
param existingDeployment string = ''

@description('The resource id of that account, for the role to use it; empty: somebody else gives the app that role.')
param existingAccountId string = ''

@description('Who drops files, reads documents and redrives; empty: nobody gets a role for that.')
param operatorPrincipalId string = ''

@description('Whether the media storage serves the inbox, a page for people (docs/inbox.md).')
param inbox bool = false

@description('Object ids of people or groups who may drop files, read and remove documents, and try files again; whoever deploys may.')
param inboxUsers string[] = []

@description('Object ids of people or groups who may look at files and documents.')
param inboxReaders string[] = []

@description('How the app hears of files: by the blob trigger\'s webhook (`trigger`), by a queue (`queue`), or by both.')
param eventDelivery delivery = 'both'

@description('The system topic that the media storage has already: an account has one. Empty: one is made.')
param existingTopicName string = ''

@description('Storage and models can be reached from a virtual network only.')
param privateNetwork bool = false

@description('Public addresses from which files may be dropped all the same, such as 203.0.113.0/24.')
param allowedIpRanges string[] = []

@allowed([512, 2048, 4096])
param instanceMemoryMB int = 2048

@description('The most instances: more than the model\'s quota can keep busy only get refusals (docs/scaling.md).')
@minValue(1)
@maxValue(1000)
param maximumInstanceCount int = 40

@description('Instances that are paid for while nothing happens, so that the first file need not wait for a start.')
@minValue(0)
param alwaysReadyInstances int = 0

@description('A queue that is told of each document; empty: none is.')
param completedQueue string = ''

@description('How storage is copied: three zones, or one where a region has no more.')
@allowed(['Standard_ZRS', 'Standard_LRS'])
param storageSku string = 'Standard_ZRS'

@description('Days after which files are deleted, and their documents a week later; 0: never.')
@minValue(0)
param deleteFilesAfterDays int = 0

@description('Who gets mail from alerts and the budget; empty: alerts are only shown in the portal.')
param alertEmail string = ''

@description('Tokens a day above which an alert fires.')
param dailyTokens int = 1000000

@description('Tokens a day after which files wait for the next; 0: no limit.')
@minValue(0)
param dailyTokenLimit int = 0

@description('US dollars a day for models, such as 2.50, after which files wait for the next; empty: no limit.')
param dailyCostLimit string = ''

@description('What the models cost, as JSON, where list prices do not hold.')
param modelPrices string = ''

@description('How old the oldest waiting file may get before an alert fires, in seconds.')
param oldestWaitingSeconds int = 3600

@description('Mail at 80 % of this sum a month, in the subscription\'s currency; 0: no budget.')
param monthlyBudget int = 0

@description('The first of the month in which the budget began, as yyyy-MM-01: it cannot be changed later. Empty: this month.')
param budgetStart string = ''
param thisMonth string = utcNow('yyyy-MM-01')

@description('Gigabytes of logs a day after which no more are taken in; -1: no end.')
param dailyLogGb int = 1

@description('Spans and metrics by OpenTelemetry; the package must hold the Azure Monitor distro (docs/operate.md).')
param traces bool = false

var token = toLower(uniqueString(subscription().id, environmentName, location))
var tags = { 'azd-env-name': environmentName }
var names = {
  media: 'stmedia${token}'
  host: 'sthost${token}'
  component: 'appi-${token}'
  models: 'ai-${token}'
  function: 'func-${token}'
  topic: empty(existingTopicName) ? 'evgt-${token}' : existingTopicName
}
var website = '$web'
var waiting = 'dropscribe-deferred' // as the app calls it (DEFERRED_QUEUE); it would make it by itself
var users = inbox ? others(inboxUsers, operatorPrincipalId) : []
var readers = inbox ? others(inboxReaders, operatorPrincipalId) : []
var containers = { input: 'input', output: 'output', state: 'state', deadLetter: 'events-deadletter' }
var hasQueue = eventDelivery != 'trigger'
var eventsQueue = hasQueue ? 'dropscribe-events' : ''
var role = loadJsonContent('roles.json')
var deploysModels = empty(existingEndpoint)
var modelsToDeploy = deploysModels ? withDefault(models) : []
var hasBudget = monthlyBudget > 0 && !empty(alertEmail)
var budgetFrom = empty(budgetStart) ? thisMonth : budgetStart
// Whatever is not given must not break an index: it is read before anybody asks whether it is needed.
var existingAccount = split(empty(existingAccountId) ? '////' : existingAccountId, '/') // /subscriptions/ID/resourceGroups/GROUP/providers/TYPE/accounts/NAME

@description('Each id once, but for the one that has its roles already.')
func others(ids string[], operator string) string[] => filter(union(map(ids, each => trim(each)), []), each => !empty(each) && each != operator)

resource group 'Microsoft.Resources/resourceGroups@2025-04-01' = {
  name: 'rg-${environmentName}'
  location: location
  tags: tags
}

module identity 'modules/identity.bicep' = {
  scope: group
  params: {
    location: location
    tags: tags
    name: 'id-${token}'
  }
}

module media 'modules/storage.bicep' = {
  name: 'media'
  scope: group
  params: {
    location: location
    tags: tags
    name: names.media
    sku: storageSku
    containers: concat(map(items(containers), each => each.value), inbox ? [website] : [])
    queues: concat(hasQueue ? [eventsQueue] : [], inbox ? [waiting] : [])
    servesPage: inbox
    isPrivate: privateNetwork
    allowedIpRanges: allowedIpRanges
    recoverDays: 7
    expiries: concat(
      [
        { container: containers.state, days: 30 }
        { container: containers.deadLetter, days: 30 }
      ],
      deleteFilesAfterDays == 0
        ? []
        : [
            { container: containers.input, days: deleteFilesAfterDays }
            // A file whose document went before it would be taken for one that was never answered, and paid for again.
            { container: containers.output, days: deleteFilesAfterDays + 7 }
          ]
    )
  }
}

module host 'modules/storage.bicep' = {
  name: 'host'
  scope: group
  params: {
    location: location
    tags: tags
    name: names.host
    sku: storageSku
    containers: ['app-package']
    isPrivate: privateNetwork
  }
}

module monitoring 'modules/monitoring.bicep' = {
  scope: group
  params: {
    location: location
    tags: tags
    workspaceName: 'log-${token}'
    componentName: names.component
    dailyQuotaGb: dailyLogGb
  }
}

module account 'modules/models.bicep' = if (deploysModels) {
  name: 'models'
  scope: group
  params: {
    location: location
    tags: tags
    name: names.models
    deployments: modelsToDeploy
    isPrivate: privateNetwork
  }
}

module network 'modules/network.bicep' = if (privateNetwork) {
  scope: group
  params: {
    location: location
    tags: tags
    name: 'vnet-${token}'
    targets: concat(
      [
        { name: 'media-blob', resourceId: media.outputs.id, part: 'blob' }
        { name: 'media-queue', resourceId: media.outputs.id, part: 'queue' }
        { name: 'host-blob', resourceId: host.outputs.id, part: 'blob' }
        { name: 'host-queue', resourceId: host.outputs.id, part: 'queue' }
      ],
      inbox ? [{ name: 'media-web', resourceId: media.outputs.id, part: 'web' }] : [],
      deploysModels ? [{ name: 'models', resourceId: account!.outputs.id, part: 'account' }] : []
    )
  }
}

module topic 'modules/topic.bicep' = {
  scope: group
  params: {
    location: location
    tags: tags
    name: names.topic
    storageId: media.outputs.id
  }
}

// Each role is given as soon as who gets it and what it is for are there: it takes effect only minutes later.
module hostRoles 'modules/storage_roles.bicep' = {
  name: 'host-roles'
  scope: group
  params: {
    accountName: names.host
    #disable-next-line what-if-short-circuiting // it names the roles: another identity must get some of its own
    principalId: identity.outputs.principalId
    principalType: 'ServicePrincipal'
    grants: [
      { role: role['Storage Blob Data Owner'] }
      { role: role['Storage Queue Data Contributor'] }
    ]
  }
  dependsOn: [host]
}

module mediaRoles 'modules/storage_roles.bicep' = {
  name: 'media-roles'
  scope: group
  params: {
    accountName: names.media
    #disable-next-line what-if-short-circuiting // as before
    principalId: identity.outputs.principalId
    principalType: 'ServicePrincipal'
    grants: [
      { role: role['Storage Blob Data Reader'], container: containers.input }
      { role: role['Storage Blob Data Contributor'], container: containers.output }
      { role: role['Storage Blob Data Contributor'], container: containers.state }
      { role: role['Storage Blob Data Contributor'], container: containers.deadLetter }
      { role: role['Storage Blob Delegator'] }
      { role: role['Storage Queue Data Contributor'] }
    ]
  }
  dependsOn: [media]
}

module topicRoles 'modules/storage_roles.bicep' = {
  name: 'topic-roles'
  scope: group
  params: {
    accountName: names.media
    #disable-next-line what-if-short-circuiting // as before
    principalId: topic.outputs.principalId
    principalType: 'ServicePrincipal'
    grants: concat(
      [{ role: role['Storage Blob Data Contributor'], container: containers.deadLetter }],
      hasQueue ? [{ role: role['Storage Queue Data Message Sender'], queue: eventsQueue }] : []
    )
  }
}

// Of what type this principal is, azd does not say.
module operatorRoles 'modules/storage_roles.bicep' = if (!empty(operatorPrincipalId)) {
  name: 'operator-roles'
  scope: group
  params: {
    accountName: names.media
    principalId: operatorPrincipalId
    principalType: ''
    grants: concat(
      [
        { role: role['Storage Blob Data Contributor'], container: containers.input }
        { role: role['Storage Blob Data Contributor'], container: containers.output }
        { role: role['Storage Blob Data Reader'], container: containers.state }
        { role: role['Storage Queue Data Contributor'] }
      ],
      inbox ? [{ role: role['Storage Blob Data Contributor'], container: website }] : []
    )
  }
  dependsOn: [media]
}

module inboxUserRoles 'modules/storage_roles.bicep' = [
  for (each, place) in users: {
    name: 'inbox-user-roles-${place}'
    scope: group
    params: {
      accountName: names.media
      principalId: each
      principalType: ''
      grants: [
        { role: role['Storage Blob Data Contributor'], container: containers.input }
        { role: role['Storage Blob Data Contributor'], container: containers.output }
        { role: role['Storage Queue Data Message Sender'], queue: waiting }
      ]
    }
    dependsOn: [media]
  }
]

module inboxReaderRoles 'modules/storage_roles.bicep' = [
  for (each, place) in readers: {
    name: 'inbox-reader-roles-${place}'
    scope: group
    params: {
      accountName: names.media
      principalId: each
      principalType: ''
      grants: [
        { role: role['Storage Blob Data Reader'], container: containers.input }
        { role: role['Storage Blob Data Reader'], container: containers.output }
      ]
    }
    dependsOn: [media]
  }
]

module metricsRole 'modules/metrics_role.bicep' = {
  scope: group
  params: {
    componentName: names.component
    #disable-next-line what-if-short-circuiting // as before
    appPrincipalId: identity.outputs.principalId
  }
  dependsOn: [monitoring]
}

module modelRole 'modules/model_role.bicep' = if (deploysModels) {
  scope: group
  params: {
    accountName: names.models
    #disable-next-line what-if-short-circuiting // as before
    appPrincipalId: identity.outputs.principalId
  }
  dependsOn: [account]
}

module existingModelRole 'modules/model_role.bicep' = if (!deploysModels && !empty(existingAccountId)) {
  scope: resourceGroup(existingAccount[2], existingAccount[4])
  params: {
    accountName: last(existingAccount)
    #disable-next-line what-if-short-circuiting // as before
    appPrincipalId: identity.outputs.principalId
  }
}

module function 'modules/function.bicep' = {
  scope: group
  params: {
    location: location
    tags: tags
    name: names.function
    planName: 'plan-${token}'
    identityId: identity.outputs.id
    packageContainer: '${host.outputs.blobs}app-package'
    instanceMemoryMB: instanceMemoryMB
    maximumInstanceCount: maximumInstanceCount
    alwaysReadyInstances: alwaysReadyInstances
    isPrivate: privateNetwork
    eventDelivery: eventDelivery
    subnetId: privateNetwork ? network!.outputs.appSubnetId : ''
  }
  dependsOn: [hostRoles] // by which the host starts, and the code is uploaded
}

module settings 'modules/settings.bicep' = {
  scope: group
  params: {
    functionAppName: names.function
    identityClientId: identity.outputs.clientId
    hostBlobs: host.outputs.blobs
    hostQueues: host.outputs.queues
    mediaBlobs: media.outputs.blobs
    mediaQueues: media.outputs.queues
    connectionString: monitoring.outputs.connectionString
    inputContainer: containers.input
    outputContainer: containers.output
    stateContainer: containers.state
    completedQueue: completedQueue
    eventsQueue: eventsQueue
    eventDelivery: eventDelivery
    dailyTokenLimit: dailyTokenLimit
    dailyCostLimit: dailyCostLimit
    modelPrices: modelPrices
    modelAddress: deploysModels ? account!.outputs.address : ''
    models: modelsToDeploy
    existingEndpoint: existingEndpoint
    existingDeployment: existingDeployment
    traces: traces
  }
  dependsOn: [function]
}

module queuedEvents 'modules/queued_events.bicep' = if (hasQueue) {
  name: 'queued-events'
  scope: group
  params: {
    topicName: names.topic
    storageId: media.outputs.id
    queueName: eventsQueue
    inputContainer: containers.input
    deadLetterContainer: containers.deadLetter
  }
  dependsOn: [topicRoles, settings] // last, so that the topic's roles are minutes old when they are needed
}

module alerts 'modules/alerts.bicep' = {
  scope: group
  params: {
    location: location
    tags: tags
    workspaceId: monitoring.outputs.workspaceId
    topicId: topic.outputs.id
    forgivenSubscription: eventDelivery == 'both' ? 'files' : ''
    email: alertEmail
    dailyTokens: dailyTokens
    oldestSeconds: oldestWaitingSeconds
  }
}

module workbook 'modules/workbook.bicep' = {
  scope: group
  params: {
    location: location
    tags: tags
    workspaceId: monitoring.outputs.workspaceId
    name: 'Dropscribe ${environmentName}'
  }
}

module budget 'modules/budget.bicep' = if (hasBudget) {
  scope: group
  params: {
    amount: monthlyBudget
    email: alertEmail
    start: budgetFrom
  }
}

output AZURE_LOCATION string = location
output AZURE_RESOURCE_GROUP string = group.name
output AZURE_FUNCTION_APP_NAME string = names.function
output MEDIA_STORAGE_ACCOUNT string = names.media
output EVENT_TOPIC_NAME string = names.topic
output EVENTS_QUEUE string = eventsQueue
output DROPSCRIBE_EVENT_DELIVERY string = eventDelivery
output INPUT_CONTAINER string = containers.input
output OUTPUT_CONTAINER string = containers.output
output INBOX_ADDRESS string = inbox ? media.outputs.page : ''
output DROPSCRIBE_BUDGET_START string = hasBudget ? budgetFrom : ''
