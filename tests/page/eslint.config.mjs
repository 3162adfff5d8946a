// How .ci/run lints the scripts of the page, put together as the page has them.
import js from '@eslint/js';

const browser = ['AbortSignal', 'addEventListener', 'clearTimeout', 'document', 'fetch', 'history', 'innerHeight', 'innerWidth', 'localStorage', 'location', 'matchMedia', 'navigator', 'Node', 'performance', 'ResizeObserver', 'sessionStorage', 'setInterval', 'setTimeout', 'TextDecoderStream'];

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
