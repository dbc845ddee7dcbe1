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
  version: string
  sku: string

  @description('In the unit of that SKU: for most models, thousands of tokens a minute.')
  capacity: int

  @description('The name of the deployment, where it is not the model\'s.')
  name: string?

  @description('How it is spoken to, where it is not on `models`.')
  api: ('models' | 'openai/v1')?
}
