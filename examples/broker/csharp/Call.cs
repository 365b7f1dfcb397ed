// Calls RingCX through a broker with HttpClient, and prints the answer: dotnet run Call.cs [PATH]. .NET 10.
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;

var broker = (Or(Environment.GetEnvironmentVariable("RINGCX_BROKER"), "http://127.0.0.1:8788")).TrimEnd('/');
var path = args.Length > 0 ? args[0] : "/voice/api/v1/admin/accounts";
// http:// is for a broker on this machine, where no proxy is to see the key.
var handler = new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = !broker.StartsWith("http://", StringComparison.Ordinal) };
using var client = new HttpClient(handler) { Timeout = TimeSpan.FromMinutes(2) };
try
{
    Console.Write(await Get(path));
    return 0;
}
catch (Exception e) when (e is HttpRequestException or TaskCanceledException or IOException or InvalidOperationException)
{
    Console.Error.WriteLine($"Call: {e.Message}");
    return 1;
}

async Task<string> Get(string path)
{
    var token = await Token();
    var refused = false;
    for (var attempt = 1; ; attempt++)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, broker + path);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var answer = await client.SendAsync(request);
        if (answer.StatusCode == HttpStatusCode.Unauthorized && !refused)
        {
            refused = true;
            token = await Token();
        }
        else if (answer.StatusCode == HttpStatusCode.TooManyRequests && attempt < 5)
        {
            if (answer.Headers.RetryAfter?.Delta is not { TotalSeconds: >= 0 and <= 120 } wait)
                throw new InvalidOperationException($"a limit is used up, and lets nothing in for long: {answer.Headers.RetryAfter}");
            await Task.Delay(wait);
        }
        else if (answer.IsSuccessStatusCode)
        {
            return await answer.Content.ReadAsStringAsync();
        }
        else
        {
            throw new InvalidOperationException($"{path} is answered {(int)answer.StatusCode}: {await answer.Content.ReadAsStringAsync()}");
        }
    }
}

// A token of the broker's. A program that goes on keeps it until it expires.
async Task<string> Token()
{
    using var form = new FormUrlEncodedContent(new Dictionary<string, string>
    {
        ["grant_type"] = "client_credentials", ["scope"] = "broker", ["client_secret"] = Key(),
    });
    using var answer = await client.PostAsync(broker + "/oauth2/token", form);
    var body = await answer.Content.ReadAsStringAsync();
    if (!answer.IsSuccessStatusCode)
        throw new InvalidOperationException($"the broker gives no token: {(int)answer.StatusCode} {body}");
    using var json = JsonDocument.Parse(body);
    return json.RootElement.GetProperty("access_token").GetString()!;
}

// The key, read each time: a file may hold a new one.
static string Key()
{
    var file = Environment.GetEnvironmentVariable("RINGCX_BROKER_KEY_FILE");
    var key = string.IsNullOrEmpty(file) ? Environment.GetEnvironmentVariable("RINGCX_BROKER_KEY") : File.ReadAllText(file).Trim();
    return string.IsNullOrEmpty(key) ? throw new InvalidOperationException("RINGCX_BROKER_KEY is the key, or RINGCX_BROKER_KEY_FILE its file") : key;
}

static string Or(string? a, string b) => string.IsNullOrEmpty(a) ? b : a;
