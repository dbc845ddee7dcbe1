"""What to ask about a file: the tasks that people can choose."""

from shared.recipes.catalog import DEFAULTS, RecipeCatalog, RecipeSelection
from shared.recipes.markdown import fill_in_markdown, formatted, plain
from shared.recipes.near_misses import METADATA_KEY
from shared.recipes.output_schema import AnswerInvalid, AnswerSchema, read_answer
from shared.recipes.parser import RecipeProblemsError, read_recipe
from shared.recipes.recipe import FORMS, FORMS_WITH_TIMES, FileForm, ModelOptions, PagesPolicy, Prompt, Recipe, Tier
from shared.recipes.slips import SlipsError, nearest, unknown_field
