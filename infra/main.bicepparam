using 'main.bicep'

import { chosenModels } from 'modules/catalogue.bicep'

// What azd knows (`azd env set NAME VALUE`); docs/deploy.md tells what each is for. The compiler hears the whole shell, so
// but for azd's own, names begin with DROPSCRIBE_: people export AZURE_INFERENCE_ENDPOINT and the like for other ends.
param environmentName = readEnvironmentVariable('AZURE_ENV_NAME', 'dropscribe')
param location = readEnvironmentVariable('AZURE_LOCATION', 'eastus2')
param operatorPrincipalId = readEnvironmentVariable('AZURE_PRINCIPAL_ID', '')
param models = chosenModels(
  {
    model: readEnvironmentVariable('DROPSCRIBE_MODEL', '')
    version: readEnvironmentVariable('DROPSCRIBE_MODEL_VERSION', '')
    format: readEnvironmentVariable('DROPSCRIBE_MODEL_FORMAT', '')
    sku: readEnvironmentVariable('DROPSCRIBE_MODEL_SKU', '')
    capacity: readEnvironmentVariable('DROPSCRIBE_MODEL_CAPACITY', '')
    api: readEnvironmentVariable('DROPSCRIBE_MODEL_API', '')
  },
  {
    model: readEnvironmentVariable('DROPSCRIBE_SPEECH_MODEL', '')
    version: readEnvironmentVariable('DROPSCRIBE_SPEECH_MODEL_VERSION', '')
    format: readEnvironmentVariable('DROPSCRIBE_SPEECH_MODEL_FORMAT', '')
    sku: readEnvironmentVariable('DROPSCRIBE_SPEECH_MODEL_SKU', '')
    capacity: readEnvironmentVariable('DROPSCRIBE_SPEECH_MODEL_CAPACITY', '')
    api: readEnvironmentVariable('DROPSCRIBE_SPEECH_MODEL_API', '')
  }
)
param existingEndpoint = readEnvironmentVariable('DROPSCRIBE_ENDPOINT', '')
param existingDeployment = readEnvironmentVariable('DROPSCRIBE_DEPLOYMENT', '')
param existingAccountId = readEnvironmentVariable('DROPSCRIBE_AI_ACCOUNT_ID', '')
param eventDelivery = any(readEnvironmentVariable('DROPSCRIBE_EVENT_DELIVERY', 'both'))
param inbox = bool(readEnvironmentVariable('DROPSCRIBE_INBOX', 'false'))
param inboxUsers = split(readEnvironmentVariable('DROPSCRIBE_INBOX_USERS', ''), ',')
param inboxReaders = split(readEnvironmentVariable('DROPSCRIBE_INBOX_READERS', ''), ',')
param existingTopicName = readEnvironmentVariable('DROPSCRIBE_EXISTING_TOPIC', '')
param privateNetwork = bool(readEnvironmentVariable('DROPSCRIBE_PRIVATE_NETWORK', 'false'))
param completedQueue = readEnvironmentVariable('DROPSCRIBE_COMPLETED_QUEUE', '')
param alertEmail = readEnvironmentVariable('DROPSCRIBE_ALERT_EMAIL', '')
param dailyTokens = int(readEnvironmentVariable('DROPSCRIBE_DAILY_TOKENS', '1000000'))
param dailyTokenLimit = int(readEnvironmentVariable('DROPSCRIBE_DAILY_TOKEN_LIMIT', '0'))
param dailyCostLimit = readEnvironmentVariable('DROPSCRIBE_DAILY_COST_LIMIT', '')
param modelPrices = readEnvironmentVariable('DROPSCRIBE_MODEL_PRICES', '')
param monthlyBudget = int(readEnvironmentVariable('DROPSCRIBE_MONTHLY_BUDGET', '0'))
param budgetStart = readEnvironmentVariable('DROPSCRIBE_BUDGET_START', '')
param maximumInstanceCount = int(readEnvironmentVariable('DROPSCRIBE_MAX_INSTANCES', '40'))
param alwaysReadyInstances = int(readEnvironmentVariable('DROPSCRIBE_ALWAYS_READY', '0'))
param instanceMemoryMB = any(int(readEnvironmentVariable('DROPSCRIBE_INSTANCE_MB', '2048')))
param deleteFilesAfterDays = int(readEnvironmentVariable('DROPSCRIBE_DELETE_AFTER_DAYS', '0'))
param storageSku = any(readEnvironmentVariable('DROPSCRIBE_STORAGE_SKU', 'Standard_ZRS'))
param traces = bool(readEnvironmentVariable('DROPSCRIBE_TRACES', 'false'))
