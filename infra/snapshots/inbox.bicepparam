using '../main.bicep'

// Day two of `both`: the inbox is served. Whoever deploys needs no roles of it beside their own, though the list names them.
param environmentName = 'app'
param location = 'eastus2'
param operatorPrincipalId = '11111111-1111-1111-1111-111111111111'
param inbox = true
param inboxUsers = ['44444444-4444-4444-4444-444444444444', '11111111-1111-1111-1111-111111111111']
param inboxReaders = [' 55555555-5555-5555-5555-555555555555', '']
