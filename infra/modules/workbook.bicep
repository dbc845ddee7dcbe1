metadata description = 'The queries of infra/queries on one page of the portal, each under its own question.'

param location string
param tags object

@description('The workspace that the queries read.')
param workspaceId string

@description('What people see as its title.')
param name string

@description('A query, and how its answer is shown: as a table where there is no chart.')
type tile = {
  query: string
  visualization: ('timechart' | 'barchart')?
  axes: { xAxis: string, yAxis: string[], group: string? }?
}

var tiles tile[] = [
  {
    query: loadTextContent('../queries/files_by_recipe.kql')
  }
  {
    query: loadTextContent('../queries/waiting_over_time.kql')
    visualization: 'timechart'
    axes: { xAxis: 'TimeGenerated', yAxis: ['waiting', 'oldest_minutes'] }
  }
  {
    query: loadTextContent('../queries/waiting_files.kql')
  }
  {
    query: loadTextContent('../queries/failures_by_cause.kql')
  }
  {
    query: loadTextContent('../queries/throttling.kql')
    visualization: 'barchart'
    axes: { xAxis: 'hour', yAxis: ['times'], group: 'model' }
  }
  {
    query: loadTextContent('../queries/model_errors.kql')
  }
  {
    query: loadTextContent('../queries/cost.kql')
  }
  {
    query: loadTextContent('../queries/slow_files.kql')
  }
  {
    query: loadTextContent('../queries/rescued_files.kql')
  }
]

@description('The first line of a query is its question.')
func question(query string) string => trim(substring(split(query, '\n')[0], 3))

var day = 24 * 60 * 60 * 1000

var timePicker = {
  type: 9
  name: 'time'
  content: {
    version: 'KqlParameterItem/1.0'
    style: 'pills'
    parameters: [
      {
        version: 'KqlParameterItem/1.0'
        name: 'TimeRange'
        label: 'Time'
        type: 4
        isRequired: true
        value: { durationMs: 7 * day }
        typeSettings: {
          selectableValues: map([1, 7, 30], days => { durationMs: days * day })
          allowCustom: true
        }
      }
    ]
  }
}

var shown = [
  for (each, place) in tiles: {
    type: 3
    name: 'query-${place}'
    content: {
      version: 'KqlItem/1.0'
      title: question(each.query)
      query: each.query
      queryType: 0
      resourceType: 'microsoft.operationalinsights/workspaces'
      timeContextFromParameter: 'TimeRange'
      size: 0
      visualization: each.?visualization ?? 'table'
      chartSettings: each.?axes ?? {}
    }
  }
]

resource workbook 'Microsoft.Insights/workbooks@2023-06-01' = {
  name: guid(resourceGroup().id, name)
  location: location
  tags: tags
  kind: 'shared'
  properties: {
    displayName: name
    category: 'workbook'
    sourceId: workspaceId
    serializedData: string({
      version: 'Notebook/1.0'
      items: concat([timePicker], shown)
      fallbackResourceIds: [workspaceId]
    })
  }
}
