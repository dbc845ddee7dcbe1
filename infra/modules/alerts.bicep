metadata description = 'What tells somebody that something is wrong: a row returned by a query of infra/queries/alerts, or an event that did not arrive.'

param location string
param tags object

@description('The workspace that the queries read.')
param workspaceId string

@description('The system topic whose events must all arrive.')
param topicId string

@description('A subscription to events whose dead letters are no fault, because the other way brings the files; empty: there is none.')
param forgivenSubscription string

@description('Who gets mail; empty: alerts are only shown in the portal.')
param email string

@description('Tokens a day (UTC) above which an alert fires.')
param dailyTokens int

@description('How old the oldest waiting file may get before an alert fires, in seconds.')
param oldestSeconds int

@description('A query that is asked so often about so long a time. 1: nothing works; 2: somebody should look.')
type rule = {
  name: string
  description: string
  query: string
  severity: 1 | 2
  frequency: string

  @description('Longer than the frequency, because lines arrive late.')
  window: string
}

var rules rule[] = [
  {
    name: 'dropscribe-poisoned-files'
    description: 'The host gave up on a file after several tries that all failed.'
    query: loadTextContent('../queries/alerts/poisoned_files.kql')
    severity: 2
    frequency: 'PT15M'
    window: 'PT30M'
  }
  {
    name: 'dropscribe-model-refuses-us'
    description: 'A model refuses the app itself: its key, role or deployment. Files wait until that is put right.'
    query: loadTextContent('../queries/alerts/model_refuses_us.kql')
    severity: 1
    frequency: 'PT5M'
    window: 'PT15M'
  }
  {
    name: 'dropscribe-storage-refuses-us'
    description: 'Storage refuses the app itself: a role, a container, a lease or a policy. Files wait until that is put right.'
    query: loadTextContent('../queries/alerts/storage_refuses_us.kql')
    severity: 1
    frequency: 'PT5M'
    window: 'PT15M'
  }
  {
    name: 'dropscribe-files-wait-too-long'
    description: 'A file has waited for its document for more than ${oldestSeconds} seconds.'
    query: replace(
      loadTextContent('../queries/alerts/files_wait_too_long.kql'),
      'let oldestSeconds = 3600;',
      'let oldestSeconds = ${oldestSeconds};'
    )
    severity: 2
    frequency: 'PT15M'
    window: 'PT1H'
  }
  {
    name: 'dropscribe-daily-tokens'
    description: 'More than ${dailyTokens} tokens were spent today.'
    query: replace(
      loadTextContent('../queries/alerts/daily_tokens.kql'),
      'let dailyTokens = 1000000;',
      'let dailyTokens = ${dailyTokens};'
    )
    severity: 2
    frequency: 'PT1H'
    window: 'P1D'
  }
  {
    name: 'dropscribe-reconciler-silent'
    description: 'For an hour the app has not said how many files wait, though it did before: it does not run, or its log lines do not arrive. After a day of silence this is quiet.'
    query: loadTextContent('../queries/alerts/reconciler_silent.kql')
    severity: 1
    frequency: 'PT30M'
    window: 'P1D'
  }
  {
    name: 'dropscribe-events-refused'
    description: 'The reconciler had to find many files by itself, or events are refused all the time and not only after a quiet hour. The app was stopped, the key of its webhook was changed, or the host made a new key: `azd hooks run postdeploy`.'
    query: loadTextContent('../queries/alerts/events_refused.kql')
    severity: 2
    frequency: 'PT15M'
    window: 'PT1H'
  }
  {
    name: 'dropscribe-model-retires'
    description: 'A model retires within 60 days. Files wait in vain from then on: deploy another.'
    query: loadTextContent('../queries/alerts/model_retires.kql')
    severity: 2
    frequency: 'P1D'
    window: 'P2D'
  }
]

var lostEvents = [
  {
    name: 'dropscribe-events-dead-lettered'
    description: empty(forgivenSubscription)
      ? 'Events about files were refused, or could not be delivered for a day, and lie in the dead-letter container. The reconciler takes up their files. One after a quiet hour, at the webhook: a cold start. All of them: the app is stopped, the key of its webhook was changed, or the host made a new key: `azd hooks run postdeploy`.'
      : 'Events about files could not be put into the queue, and lie in the dead-letter container. The reconciler takes up their files. See whether the queue is there and whether the topic has its role for it. What the webhook refuses is not counted here.'
    metric: 'DeadLetteredCount'
    forgiven: forgivenSubscription
  }
  {
    name: 'dropscribe-events-dropped'
    description: 'Events about files were thrown away: they could not even be dead-lettered. The reconciler takes up their files.'
    metric: 'DroppedEventCount'
    forgiven: ''
  }
]

resource operators 'Microsoft.Insights/actionGroups@2023-01-01' = if (!empty(email)) {
  name: 'dropscribe-operators'
  location: 'global'
  tags: tags
  properties: {
    enabled: true
    groupShortName: 'dropscribe'
    emailReceivers: [
      {
        name: 'operator'
        emailAddress: email
        useCommonAlertSchema: true
      }
    ]
  }
}

resource query 'Microsoft.Insights/scheduledQueryRules@2026-03-01' = [
  for each in rules: {
    name: each.name
    location: location
    tags: tags
    kind: 'LogAlert'
    properties: {
      displayName: each.name
      description: each.description
      severity: each.severity
      enabled: true
      scopes: [workspaceId]
      evaluationFrequency: each.frequency
      windowSize: each.window
      criteria: {
        allOf: [
          {
            query: each.query
            timeAggregation: 'Count'
            operator: 'GreaterThan'
            threshold: 0
            failingPeriods: {
              numberOfEvaluationPeriods: 1
              minFailingPeriodsToAlert: 1
            }
          }
        ]
      }
      autoMitigate: true
      skipQueryValidation: true // a new workspace does not know the table yet; infra/checks validates instead
      actions: {
        actionGroups: empty(email) ? [] : [operators.id]
      }
    }
  }
]

resource event 'Microsoft.Insights/metricAlerts@2026-01-01' = [
  for each in lostEvents: {
    name: each.name
    location: 'global'
    tags: tags
    properties: {
      description: each.description
      severity: 2
      enabled: true
      scopes: [topicId]
      evaluationFrequency: 'PT5M'
      windowSize: 'PT15M'
      criteria: {
        'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
        allOf: [
          {
            criterionType: 'StaticThresholdCriterion'
            name: 'lost'
            metricNamespace: 'Microsoft.EventGrid/systemTopics'
            metricName: each.metric
            // A cold app refuses the first events after a quiet hour. Where the queue brings those files all the same, only
            // steady refusals are a fault: dropscribe-events-refused. A name that changed would count again, not fall silent.
            dimensions: empty(each.forgiven)
              ? []
              : [{ name: 'EventSubscriptionName', operator: 'Exclude', values: [each.forgiven] }]
            timeAggregation: 'Total'
            operator: 'GreaterThan'
            threshold: 0
          }
        ]
      }
      autoMitigate: true
      actions: empty(email) ? [] : [{ actionGroupId: operators.id }]
    }
  }
]
