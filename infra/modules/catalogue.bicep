metadata description = 'The models that are deployed where nothing else is chosen, and how those that we know are deployed.'

import { choice, deployment } from 'types.bicep'

// Retirement as told on 2026-11-25 (docs/decisions/deployment.md has the sources). Twelve months after a model began, only
// those who have it already may deploy it: so what is chosen by default must be young.
var known = {
  'gpt-6-luna': {
    // 2028-03-11
    takesSpeech: false
    how: { format: 'OpenAI', version: '2026-09-22', sku: 'GlobalStandard', capacity: 100, api: 'openai/v1' }
  }
  'gpt-audio-1.5': {
    // 2027-08-24
    takesSpeech: true
    how: { format: 'OpenAI', version: '2026-02-23', sku: 'GlobalStandard', capacity: 30, api: 'openai/v1' }
  }
  'Phi-4-multimodal-instruct': {
    // 2027-01-17
    takesSpeech: true
    how: { format: 'Microsoft', version: '1', sku: 'GlobalStandard', capacity: 1, api: 'models' }
  }
}

var another = {
  takesSpeech: false
  how: { format: 'OpenAI', version: '', sku: 'GlobalStandard', capacity: 10, api: 'openai/v1' }
}

func facts(model string) object => known[?model] ?? another

func chosenOr(chosen string?, otherwise string) string => empty(chosen) ? otherwise : chosen!

func made(alias string, model string, chosen choice) deployment => {
  alias: alias
  model: model
  format: chosenOr(chosen.?format, facts(model).how.format)
  version: chosenOr(chosen.?version, facts(model).how.version)
  sku: chosenOr(chosen.?sku, facts(model).how.sku)
  capacity: int(chosenOr(chosen.?capacity, string(facts(model).how.capacity)))
  api: any(chosenOr(chosen.?api, facts(model).how.api))
}

@export()
@description('The model for everything, and one for recordings: unless the first takes them too, or `none` is chosen.')
func chosenModels(first choice, forSpeech choice) deployment[] =>
  concat(
    [made('default', chosenOr(first.?model, 'gpt-6-luna'), first)],
    forSpeech.?model == 'none' || (empty(forSpeech.?model) && facts(chosenOr(first.?model, 'gpt-6-luna')).takesSpeech)
      ? []
      : [made('audio', chosenOr(forSpeech.?model, 'gpt-audio-1.5'), forSpeech)]
  )

@export()
@description('The models; a list without the alias `default` stops the deployment, as it would stop the app.')
func withDefault(models deployment[]) deployment[] =>
  contains(map(models, each => each.alias), 'default')
    ? models
    : fail('One of the models must have the alias `default`: the app does not start without it.')
