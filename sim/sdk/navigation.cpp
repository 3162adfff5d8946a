// See navigation.hpp.
#include "sdk/navigation.hpp"

#include <fmt/format.h>

#include "mdsync/trace_io.hpp"
#include "sdk/emulator.hpp"
#include "sdk/form.hpp"

namespace mdsync::sdk {

namespace {

constexpr std::size_t kLongestCallback = 100;

std::string valueOf(const Form& form, std::string_view key) {
    const std::string* value = form.find(key);
    return value == nullptr ? std::string() : *value;
}

// A name that may stand before `(` in a script.
bool isCallback(std::string_view name) {
    if (name.empty() || name.size() > kLongestCallback) return false;
    for (const char c : name) {
        const bool isLetter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (!isLetter && !(c >= '0' && c <= '9') && c != '_' && c != '.' && c != '$') return false;
    }
    return true;
}

std::string navigation(Emulator& emulator, std::string_view host, bool isUser) {
    if (!isUser) return R"({"code":401})";
    const std::string address = jsonString(host);
    // Protocol 4 where the client asks: it says which number the client's frames begin with.
    return fmt::format(
        R"({{"code":200,"userId":"","serverAddr":[{{"addr":{},"protocol":5,"weight":1}}],"server":{},)"
        R"("backupServer":"","type":0,"openHistoryMsg":{},"openAnti":1,"historyMsg":true,"chatroomMsg":true,)"
        R"("joinMChrm":true,"kvStorage":0,"ugMsg":0,"sessionCfg":0,"serverSaveUnread":0,)"
        R"("supportRecallRefactor":0,"logSwitch":0,"monitor":0}})",
        address, address, emulator.live().isOn() ? 1 : 0);
}

}  // namespace

bool isNavigation(std::string_view path) {
    return path == "/v2/navi.json" || path == "/navi.js" || path == "/navi.json" || path == "/ping";
}

HttpAnswer answerNavigation(Emulator& emulator, const HttpRequest& request) {
    HttpAnswer answer;
    if (request.path == "/ping") {
        answer.type = "text/plain";
        answer.body = "pong";
        return answer;
    }
    const Form form = readForm(request.method == "POST" ? request.body : request.query);
    const bool isUser = emulator.userOf(valueOf(form, "token")).has_value();
    answer.body = navigation(emulator, request.header("Host"), isUser);
    if (request.path != "/navi.js") return answer;
    const std::string callback = valueOf(form, "callBack");
    answer.type = "application/javascript";
    answer.body = fmt::format("{}({});", isCallback(callback) ? callback : "void", answer.body);
    if (!isUser) answer.status = 401;
    return answer;
}

HttpAnswer answerPreflight(const HttpRequest& request) {
    HttpAnswer answer;
    answer.status = 204;
    answer.headers.emplace_back("Access-Control-Allow-Methods", "GET,POST");
    answer.headers.emplace_back("Access-Control-Allow-Headers", request.header("Access-Control-Request-Headers"));
    answer.headers.emplace_back("Access-Control-Max-Age", "600");
    return answer;
}

Login readLogin(std::string_view query) {
    const Form form = readForm(query);
    Login login;
    login.appKey = valueOf(form, "appId");
    login.token = valueOf(form, "token");
    login.deviceId = valueOf(form, "deviceId");
    if (valueOf(form, "protocolVer") == "4") login.protocol = Protocol::Four;
    const std::string platform = valueOf(form, "platform");
    if (platform == "MiniProgram") login.platform = Platform::Miniprogram;
    if (platform == "android") login.platform = Platform::Android;
    if (platform == "ios") login.platform = Platform::Ios;
    return login;
}

}  // namespace mdsync::sdk
