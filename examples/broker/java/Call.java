import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Pattern;

/** Calls RingCX through a broker with java.net.http, and prints the answer: java Call.java [PATH]. Java 17. */
public class Call {
    private static final Pattern TOKEN = Pattern.compile("\"access_token\"\\s*:\\s*\"([^\"\\\\]+)\""); // a program with a JSON library uses that
    private final HttpClient client = HttpClient.newBuilder()
        .version(HttpClient.Version.HTTP_1_1) // over plain HTTP it would ask to change to HTTP/2, which a broker refuses
        .followRedirects(HttpClient.Redirect.NEVER).connectTimeout(Duration.ofSeconds(10)).build();
    private final String broker = or(System.getenv("RINGCX_BROKER"), "http://127.0.0.1:8788").replaceAll("/$", "");

    public static void main(String[] args) {
        try {
            System.out.print(new Call().get(args.length > 0 ? args[0] : "/voice/api/v1/admin/accounts"));
        } catch (IOException e) {
            System.err.println("Call: " + or(e.getMessage(), "the broker is not reached: " + e.getClass().getSimpleName()));
            System.exit(1);
        } catch (InterruptedException e) {
            System.exit(130);
        }
    }

    String get(String path) throws IOException, InterruptedException {
        String token = token();
        boolean refused = false;
        for (int attempt = 1; ; attempt++) {
            HttpResponse<String> answer = send(HttpRequest.newBuilder(URI.create(broker + path)).header("Authorization", "Bearer " + token));
            int status = answer.statusCode();
            if (status == 401 && !refused) {
                refused = true;
                token = token();
            } else if (status == 429 && attempt < 5) {
                String wait = answer.headers().firstValue("Retry-After").orElse("");
                if (!wait.matches("[0-9]{1,3}") || Integer.parseInt(wait) > 120) {
                    throw new IOException("a limit is used up, and lets nothing in for long: " + wait);
                }
                Thread.sleep(Duration.ofSeconds(Integer.parseInt(wait)).toMillis());
            } else if (status / 100 == 2) {
                return answer.body();
            } else {
                throw new IOException(path + " is answered " + status + ": " + answer.body());
            }
        }
    }

    /** A token of the broker's. A program that goes on keeps it until it expires. Letters of a key need no encoding in a form. */
    private String token() throws IOException, InterruptedException {
        HttpResponse<String> answer = send(HttpRequest.newBuilder(URI.create(broker + "/oauth2/token"))
            .header("Content-Type", "application/x-www-form-urlencoded")
            .POST(HttpRequest.BodyPublishers.ofString("grant_type=client_credentials&scope=broker&client_secret=" + key())));
        var found = TOKEN.matcher(answer.body());
        if (answer.statusCode() != 200 || !found.find()) {
            throw new IOException("the broker gives no token: " + answer.statusCode() + " " + answer.body());
        }
        return found.group(1);
    }

    /** The key, read each time: a file may hold a new one. */
    private static String key() throws IOException {
        String file = System.getenv("RINGCX_BROKER_KEY_FILE");
        String key = file == null || file.isEmpty() ? or(System.getenv("RINGCX_BROKER_KEY"), "") : Files.readString(Path.of(file)).strip();
        if (key.isEmpty()) {
            throw new IOException("RINGCX_BROKER_KEY is the key, or RINGCX_BROKER_KEY_FILE its file");
        }
        return key;
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return client.send(request.timeout(Duration.ofMinutes(2)).build(), HttpResponse.BodyHandlers.ofString());
    }

    private static String or(String a, String b) {
        return a == null || a.isEmpty() ? b : a;
    }
}
