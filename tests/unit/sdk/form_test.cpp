// Forms: keys and values come out in order, and what cannot be read is told by its key.
#include "sdk/form.hpp"

#include <doctest/doctest.h>

#include "base/text.hpp"

using mdsync::sdk::Form;
using mdsync::sdk::FormField;
using mdsync::sdk::readForm;

namespace {

// What was read: `key=value|key=value`.
std::string spelled(std::string_view text) {
    const Form form = readForm(text);
    CHECK(form.problem.empty());
    std::string all;
    for (const FormField& field : form.fields) all += (all.empty() ? "" : "|") + field.key + "=" + field.value;
    return all;
}

std::string problemOfForm(std::string_view text) {
    const Form form = readForm(text);
    CHECK(form.fields.empty());
    return form.problem;
}

}  // namespace

TEST_CASE("a form is read in order, and a key may come again") {
    CHECK(spelled("fromUserId=alice&toUserId=bob&toUserId=carol&count=1") ==
          "fromUserId=alice|toUserId=bob|toUserId=carol|count=1");
    const Form form = readForm("toUserId=bob&x=1&toUserId=carol");
    CHECK(form.all("toUserId") == std::vector<std::string_view>{"bob", "carol"});
    CHECK(form.all("y").empty());
    REQUIRE(form.find("toUserId") != nullptr);
    CHECK(*form.find("toUserId") == "bob");
    CHECK(form.find("y") == nullptr);
}

TEST_CASE("escapes and blanks are decoded, in keys too") {
    CHECK(spelled("content=%7B%22content%22%3A%22a+b%2Bc%22%7D") == "content={\"content\":\"a b+c\"}");
    CHECK(spelled("a%3Db=c%26d%3D") == "a=b=c&d=");
    CHECK(spelled("name=%E4%BD%A0%e5%a5%bd") == "name=\xe4\xbd\xa0\xe5\xa5\xbd");
    CHECK(spelled("name=\xe4\xbd\xa0") == "name=\xe4\xbd\xa0");  // as it is, which is seen, too
    CHECK(spelled("a=%00").size() == 3);
    CHECK(spelled("token=a=b==") == "token=a=b==");  // the first `=` parts them
}

TEST_CASE("what is empty is empty") {
    CHECK(spelled("").empty());
    CHECK(spelled("a") == "a=");
    CHECK(spelled("a=") == "a=");
    CHECK(spelled("=b") == "=b");
    CHECK(spelled("=") == "=");
    CHECK(spelled("&&a=1&&b=2&") == "a=1|b=2");
}

TEST_CASE("the query of a login is read") {
    const Form query = readForm(
        "appId=KEY&token=tok-alice%40http%3A%2F%2F127.0.0.1&sdkVer=5.38.0&pid=&deviceId=D&"
        "apiVer=browser%7CChrome%7C156.0.0.0&protocolVer=3");
    CHECK(*query.find("token") == "tok-alice@http://127.0.0.1");
    CHECK(*query.find("apiVer") == "browser|Chrome|156.0.0.0");
    CHECK(query.find("pid")->empty());
}

TEST_CASE("a % that begins no escape is told by its key") {
    for (const char* wrong : {"a=1&content=%", "a=1&content=%4", "a=1&content=%zz", "a=1&content=%4g&b=2",
                              "content=%%41", "content=%-1", "content=% 1"}) {
        CHECK(problemOfForm(wrong) == "\"content\" has a % without two hexadecimal digits behind it");
    }
    // What stands behind the text does not complete it.
    CHECK_FALSE(problemOfForm(std::string_view("content=%41").substr(0, 10)).empty());
    CHECK(problemOfForm("a%4=1") == "\"a%4\" has a % without two hexadecimal digits behind it");
}

TEST_CASE("bytes that are no UTF-8 are told by their key") {
    for (const char* wrong : {"a=1&name=%ff", "name=%C0%80", "name=%ED%A0%BD", "name=\xff", "name=%E4%BD"}) {
        CHECK(problemOfForm(wrong) == "\"name\" holds bytes that are no UTF-8");
    }
    // A key that is none itself is named as far as it is readable.
    CHECK(problemOfForm("na\xffme=1") == "\"na\" holds bytes that are no UTF-8");
    CHECK(problemOfForm("na%ffme=1") == "\"na%ffme\" holds bytes that are no UTF-8");
}

TEST_CASE("a form that is cut off anywhere is read or complained about") {
    const std::string whole = "fromUserId=alice&content=%7B%22a%22%3A1%7D&name=%E4%BD%A0";
    for (std::size_t size = 0; size <= whole.size(); ++size) {
        const Form form = readForm(std::string_view(whole).substr(0, size));
        CHECK((form.problem.empty() || form.fields.empty()));
        CHECK(mdsync::isUtf8(form.problem));
    }
}
