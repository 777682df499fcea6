// Reads [{expression, variables}] from standard input, writes the results as a JSON array. Undefined is null.
const jsonata = require('jsonata');
const { readFileSync } = require('node:fs');

const evaluate = ({ expression, variables }) => jsonata(expression).evaluate({}, variables);
const questions = JSON.parse(readFileSync(0, 'utf8'));
Promise.all(questions.map(evaluate)).then((results) =>
  process.stdout.write(JSON.stringify(results.map((result) => (result === undefined ? null : result)))));
