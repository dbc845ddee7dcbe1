metadata description = 'What the parameters are made of.'

@export()
@description('A model to deploy.')
type deployment = {
  @description('What recipes call it: `default`, `image` or `audio` for all files, or a name that recipes name.')
  alias: string

  @description('The model\'s name in the catalogue.')
  model: string

  @description('Its publisher, as the catalogue has it: Microsoft, OpenAI, ...')
  format: string

  @description('Empty: the version that Azure takes by default.')
  version: string
  sku: string

  @description('In the unit of that SKU: for most models, thousands of tokens a minute.')
  capacity: int

  @description('The name of the deployment, where it is not the model\'s.')
  name: string?

  @description('How it is spoken to, where it is not on `models`.')
  api: ('models' | 'openai/v1')?
}

@export()
@description('What somebody chose of a model by variables; what is empty is taken from the catalogue.')
type choice = {
  model: string?
  version: string?
  format: string?
  sku: string?
  capacity: string?
  api: string?
}

@export()
@description('How the app hears of files: by the blob trigger\'s webhook, by a queue, or by both.')
type delivery = 'both' | 'trigger' | 'queue'

@export()
@description('A role for a storage account, or for one container or queue in it.')
type grant = {
  @description('The id of the role\'s definition (roles.json).')
  role: string
  container: string?
  queue: string?
}
