package shop;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import org.apache.dubbo.config.ApplicationConfig;
import org.apache.dubbo.config.ReferenceConfig;
import org.apache.dubbo.config.bootstrap.DubboBootstrap;
import org.apache.dubbo.rpc.RpcContext;

/**
 * Arguments: host, port. A line of input, «list USER» or «order USER», is one call with the attachment `user`; it is
 * answered by a line with the provider's name, or with «failed».
 */
public final class Consumer {
    private Consumer() {}

    public static void main(String[] arguments) throws Exception {
        ReferenceConfig<Catalogue> reference = new ReferenceConfig<>();
        reference.setInterface(Catalogue.class);
        reference.setUrl("dubbo://" + arguments[0] + ":" + arguments[1]);
        // The first call finds everything cold: Dubbo's own second can be too short.
        reference.setTimeout(10_000);
        reference.setRetries(0);
        ApplicationConfig application = new ApplicationConfig("consumer");
        application.setQosEnable(false);
        DubboBootstrap bootstrap =
                DubboBootstrap.getInstance().application(application).reference(reference).start();
        Catalogue catalogue = reference.get();
        System.out.println("ready");
        BufferedReader input = new BufferedReader(new InputStreamReader(System.in));
        for (String line = input.readLine(); line != null; line = input.readLine()) {
            String[] words = line.split(" ");
            RpcContext.getClientAttachment().setAttachment("user", words[1]);
            try {
                System.out.println(words[0].equals("order") ? catalogue.order("Macbeth") : catalogue.list("plays"));
            } catch (RuntimeException failure) {
                System.err.println(failure.getMessage());
                System.out.println("failed");
            }
        }
        bootstrap.stop();
        System.exit(0);
    }
}
