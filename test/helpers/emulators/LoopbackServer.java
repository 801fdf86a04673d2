import com.amazonaws.services.dynamodbv2.local.main.CommandLineInput;
import com.amazonaws.services.dynamodbv2.local.main.ServerRunner;
import com.amazonaws.services.dynamodbv2.local.server.DynamoDBProxyServer;
import java.lang.reflect.Field;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;

/**
 * Starts DynamoDB Local on the loopback address and on a port that the system chooses. Its own command line
 * knows no address to listen on: it would be reachable from every network the machine is in.
 */
public final class LoopbackServer {
  public static void main(String[] args) throws Exception {
    // The port is a stand-in: 0 is refused here, and replaced below before anything listens.
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
    // The parent holds our standard input open; when it is gone, however it went, so are we.
    while (System.in.read() >= 0) {}
    System.exit(0);
  }
}
