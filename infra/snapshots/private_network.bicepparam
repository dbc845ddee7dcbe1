using '../main.bicep'

// All that can be switched on, in a private network: only Event Grid reaches the webhook.
param environmentName = 'private'
param location = 'eastus2'
param models = [
  {
    alias: 'default'
    model: 'gpt-6-luna'
    format: 'OpenAI'
    version: '2026-09-22'
    sku: 'DataZoneStandard'
    capacity: 50
    api: 'openai/v1'
  }
  {
    alias: 'audio'
    name: 'listener'
    model: 'gpt-audio-1.5'
    format: 'OpenAI'
    version: ''
    sku: 'GlobalStandard'
    capacity: 30
    api: 'openai/v1'
  }
]
param privateNetwork = true
param inbox = true
param allowedIpRanges = ['203.0.113.0/24']
param operatorPrincipalId = '11111111-1111-1111-1111-111111111111'
param instanceMemoryMB = 4096
param maximumInstanceCount = 100
param alwaysReadyInstances = 1
param completedQueue = 'dropscribe-completed'
param deleteFilesAfterDays = 30
param alertEmail = 'operators@example.com'
param dailyTokens = 5000000
param dailyTokenLimit = 20000000
param oldestWaitingSeconds = 7200
param monthlyBudget = 200
param budgetStart = '2026-11-01'
param traces = true
