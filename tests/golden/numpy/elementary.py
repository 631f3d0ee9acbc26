# correctly rounded values by mpmath
import json, random
from mpmath import mp, mpf, exp, log, expm1, power, atan2
mp.prec=300
random.seed(1)
def rows(f,xs): return [[*(x if isinstance(x,tuple) else (x,)), float(f(*[mpf(v) for v in (x if isinstance(x,tuple) else (x,))]))] for x in xs]
u=random.uniform
out={"made by":"mpmath 1.3, 300 bits, rounded to float64: tests/golden/numpy/elementary.py",
"exp":rows(exp,[u(-1,1) for _ in range(60)]+[u(-700,700) for _ in range(60)]+[1e-9,-1e-9,0.3465,0.3466,-0.3466,1.0397,-745.0,-708.5,709.7,88.0]),
"log":rows(log,[u(0.5,2) for _ in range(60)]+[10**u(-300,300) for _ in range(60)]+[1+2**-30,1-2**-30,1+2**-52,5e-324,1e-310,1.7976931348623157e308,0.7071067811865475,1.4142135623730951]),
"expm1":rows(expm1,[u(-1,1) for _ in range(60)]+[u(-40,700) for _ in range(60)]+[1e-300,-1e-17,1e-9,-0.25,-0.35,0.35,1.1,-38.0]),
"power":rows(power,[(u(0,2),u(-3,3)) for _ in range(60)]+[(10**u(-20,20),u(-14,14)) for _ in range(60)]+[(0.99,1000.0),(0.99999,123456.0),(2.0,-1074.0),(1e-310,0.5),(0.96,0.004),(1.0000001,1e7),(3.0,2.0),(5e-324,0.25)]),
"angleOf":rows(lambda x,y: atan2(y,x),[(u(-1,1),u(-1,1)) for _ in range(100)]+[(1.0,1e-9),(-1.0,1e-9),(1e-300,-1.0),(-2.0,-3.0),(3.0,2.0)]),
}
json.dump(out,open("elementary.json","w"),indent=None)
