using '../main.bicep'

// Day two of `both`, on an account that has a topic already: another operator, and the article's model.
param environmentName = 'app'
param location = 'eastus2'
param operatorPrincipalId = '33333333-3333-3333-3333-333333333333'
param existingTopicName = 'stmedia-8f1b1f4e-4a43-4a0c-9f0e-2b6b7f0d9c11'
param models = [
  {
    alias: 'default'
    model: 'Phi-4-multimodal-instruct'
    format: 'Microsoft'
    version: '1'
    sku: 'GlobalStandard'
    capacity: 1
  }
]
