import com.amazonaws.services.dynamodbv2.local.main.CommandLineInput;
import com.amazonaws.services.dynamodbv2.local.main.ServerRunner;
import com.amazonaws.services.dynamodbv2.local.server.DynamoDBProxyServer;
import java.lang.reflect.Field;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;

/**
 * Starts DynamoDB Local on the loopback address and a free port. Its own command line has no option for the
 * address, and would listen on all network interfaces.
 */
public final class LoopbackServer {
  public static void main(String[] args) throws Exception {
    // A placeholder port, because 0 is not accepted here. It is replaced below before the server listens.
    CommandLineInput input =
        new CommandLineInput(
            new String[] {"-inMemory", "-sharedDb", "-disableTelemetry", "-port", "8000"});
    input.init();
    DynamoDBProxyServer proxy = ServerRunner.createServer(input);
    Field field = DynamoDBProxyServer.class.getDeclaredField("server");
    field.setAccessible(true);
    ServerConnector connector = null;
    for (Connector each : ((Server) field.get(proxy)).getConnectors()) {
      connector = (ServerConnector) each;
      connector.setHost("127.0.0.1");
      connector.setPort(0);
    }
    proxy.safeStart();
    System.out.println("listening " + connector.getLocalPort());
    // Exits when standard input closes, which happens when the parent process ends for any reason.
    while (System.in.read() >= 0) {}
    System.exit(0);
  }
}
