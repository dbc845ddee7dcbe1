metadata description = 'Mail when the resource group costs more than it should in a month.'

@description('In the currency of the subscription.')
param amount int
param email string

@description('The first day of a month, as yyyy-MM-01.')
param start string

resource budget 'Microsoft.Consumption/budgets@2026-06-01' = {
  name: 'dropscribe'
  properties: {
    category: 'Cost'
    amount: amount
    timeGrain: 'Monthly'
    timePeriod: {
      startDate: start
    }
    notifications: {
      mostSpent: {
        enabled: true
        operator: 'GreaterThan'
        threshold: 80
        thresholdType: 'Actual'
        contactEmails: [email]
      }
      willBeOverspent: {
        enabled: true
        operator: 'GreaterThan'
        threshold: 100
        thresholdType: 'Forecasted'
        contactEmails: [email]
      }
    }
  }
}
