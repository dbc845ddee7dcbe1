// Azurite keeps its files in a database only where AZURITE_DB says so; at start it wants no more than a class to extend.
exports.Model = class {};
