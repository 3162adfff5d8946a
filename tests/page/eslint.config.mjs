// How .ci/run lints the scripts of the page, put together as the page has them.
import js from '@eslint/js';

const browser = ['addEventListener', 'document', 'history', 'innerHeight', 'innerWidth', 'localStorage', 'location', 'matchMedia', 'navigator', 'Node', 'ResizeObserver'];

export default [
  js.configs.recommended,
  {
    languageOptions: {ecmaVersion: 2022, sourceType: 'script', globals: Object.fromEntries(browser.map(each => [each, 'readonly']))},
    rules: {
      'no-control-regex': 'off',  // showing control characters is what the expression is for
      eqeqeq: 'error',
      'no-var': 'error',
      'prefer-const': 'error',
      'no-implicit-globals': 'off',
    },
  },
];
