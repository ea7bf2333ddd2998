package shop;

import org.apache.dubbo.config.ApplicationConfig;
import org.apache.dubbo.config.ProtocolConfig;
import org.apache.dubbo.config.RegistryConfig;
import org.apache.dubbo.config.ServiceConfig;
import org.apache.dubbo.config.bootstrap.DubboBootstrap;

/** Arguments: name, host, port. Serves until its standard input closes; says «ready» when it does. */
public final class Provider {
    private Provider() {}

    public static void main(String[] arguments) throws Exception {
        String name = arguments[0];
        ProtocolConfig protocol = new ProtocolConfig("dubbo", Integer.parseInt(arguments[2]));
        protocol.setHost(arguments[1]);
        ServiceConfig<Catalogue> service = new ServiceConfig<>();
        service.setInterface(Catalogue.class);
        service.setRef(new Catalogue() {
            @Override
            public String list(String shelf) {
                return name;
            }

            @Override
            public String order(String title) {
                return name;
            }
        });
        ApplicationConfig application = new ApplicationConfig("provider");
        application.setQosEnable(false);
        DubboBootstrap bootstrap = DubboBootstrap.getInstance()
                .application(application)
                .registry(new RegistryConfig("N/A"))
                .protocol(protocol)
                .service(service)
                .start();
        System.out.println("ready");
        while (System.in.read() >= 0) {}
        bootstrap.stop();
        System.exit(0);
    }
}
