// WordExpression: `recall and not (web or slow)`, said of a case.
#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace mdsync::scenario {

// Whether `expression` is true where `isTrue` says so of its words. `not` binds closer than `and`, and `and` closer than
// `or`; `!word` is `not word`. Words between which none of these stands are one, blanks included. An expression without
// words is true. `mistake` becomes what is wrong with it, if anything is.
bool holds(std::string_view expression, const std::function<bool(std::string_view)>& isTrue, std::string& mistake);

}  // namespace mdsync::scenario
