using '../main.bicep'

// All that can be switched on.
param environmentName = 'everything'
param location = 'eastus2'
param models = [
  {
    alias: 'default'
    model: 'Phi-4-multimodal-instruct'
    format: 'Microsoft'
    version: '1'
    sku: 'GlobalStandard'
    capacity: 1
  }
  {
    alias: 'audio'
    name: 'listener'
    model: 'gpt-audio'
    format: 'OpenAI'
    version: '2025-08-28'
    sku: 'GlobalStandard'
    capacity: 30
    api: 'openai/v1'
  }
]
param privateNetwork = true
param allowedIpRanges = ['203.0.113.0/24']
param operatorPrincipalId = '11111111-1111-1111-1111-111111111111'
param operatorPrincipalType = 'Group'
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
